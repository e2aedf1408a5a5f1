import { stringify } from 'yaml';
import { writeIso9660 } from '../../images/formats/iso9660.ts';

/** As cloud-init looks for it: the label of a file system (its documentation, "NoCloud"). */
export const NO_CLOUD_LABEL = 'CIDATA';

export interface NoCloudSeed {
  /** A guest that finds another one than last time is configured anew. */
  readonly instance: string;
  readonly hostName: string;
  /** '' for none. */
  readonly userData: string;
}

/** A volume that configures a guest which has a cloud-init of its own. */
export function noCloudSeed({ instance, hostName, userData }: NoCloudSeed): Uint8Array {
  const encoder = new TextEncoder();
  const meta = stringify({ 'instance-id': instance, 'local-hostname': hostName });
  return writeIso9660(NO_CLOUD_LABEL, [
    { name: 'meta-data', content: encoder.encode(meta) },
    { name: 'user-data', content: encoder.encode(userData === '' ? '#cloud-config\n' : userData) },
  ]);
}
