import type { Compression } from '../../images/formats/compression.ts';

/** OCI image-spec, media-types.md, and docker's registry schema 2, which is the same under other names. */
export const OCI_MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
export const OCI_INDEX = 'application/vnd.oci.image.index.v1+json';
export const OCI_CONFIG = 'application/vnd.oci.image.config.v1+json';
export const OCI_LAYER = 'application/vnd.oci.image.layer.v1.tar';
export const OCI_LAYER_GZIP = 'application/vnd.oci.image.layer.v1.tar+gzip';
const DOCKER_MANIFEST = 'application/vnd.docker.distribution.manifest.v2+json';
const DOCKER_LIST = 'application/vnd.docker.distribution.manifest.list.v2+json';
const DOCKER_CONFIG = 'application/vnd.docker.container.image.v1+json';
const DOCKER_LAYER = 'application/vnd.docker.image.rootfs.diff.tar';

export const MANIFESTS: readonly string[] = [OCI_MANIFEST, DOCKER_MANIFEST];
export const INDEXES: readonly string[] = [OCI_INDEX, DOCKER_LIST];
export const CONFIGS: readonly string[] = [OCI_CONFIG, DOCKER_CONFIG];

/** What is asked of a registry. */
export const ACCEPTED = [...MANIFESTS, ...INDEXES].join(', ');

const LAYERS: Readonly<Record<string, Compression>> = {
  [OCI_LAYER]: 'none',
  [OCI_LAYER_GZIP]: 'gzip',
  [`${OCI_LAYER}+zstd`]: 'zstd',
  'application/vnd.oci.image.layer.nondistributable.v1.tar': 'none',
  'application/vnd.oci.image.layer.nondistributable.v1.tar+gzip': 'gzip',
  'application/vnd.oci.image.layer.nondistributable.v1.tar+zstd': 'zstd',
  [DOCKER_LAYER]: 'none',
  [`${DOCKER_LAYER}.gzip`]: 'gzip',
  [`${DOCKER_LAYER}.zstd`]: 'zstd',
  'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip': 'gzip',
};

/** How a layer is packed; undefined for what is no layer of files. */
export function layerCompression(mediaType: string): Compression | undefined {
  return Object.hasOwn(LAYERS, mediaType) ? LAYERS[mediaType] : undefined;
}
