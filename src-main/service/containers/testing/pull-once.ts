import { openContainerImages } from '../open-container-images.ts';

/** A process that pulls one image, and can be killed at any moment. */
const [dataDirectory = '', reference = ''] = process.argv.slice(2);
const images = openContainerImages({ dataDirectory });
await images.open();
await images.pull(reference, { signal: new AbortController().signal, progress: () => undefined });
await images.close();
