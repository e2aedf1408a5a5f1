import type { ImageSettings } from '../../../contract/container-images.ts';

export const EMPTY_SETTINGS: ImageSettings = {
  ...{ entrypoint: [], command: [], environment: [], workingDirectory: '', user: '', ports: [], volumes: [] },
  ...{ labels: {}, stopSignal: null, healthCheck: null },
};
