/** Where things are on a node. */
export const RUN = '/run/innkeeper';
export const DISK = `${RUN}/disk`;
export const LAYERS = `${RUN}/layers`;
export const LAYERS_TAG = 'innkeeper-layers';
export const CONTAINERS = `${RUN}/containers`;
export const FOLDERS = `${RUN}/folders`;
export const NETWORKS = `${RUN}/netns`;
/** A root without any layer. */
export const EMPTY = `${RUN}/empty`;
export const KEPT_CONTAINERS = `${DISK}/containers`;
export const VOLUMES = `${DISK}/volumes`;
/** What is being deleted. */
export const TRASH = `${DISK}/trash`;
export const CGROUPS = '/sys/fs/cgroup';
export const PARENT_CGROUP = `${CGROUPS}/innkeeper`;
/** The OCI runtime's own notes about containers. */
export const RUNTIME_STATE = '/run/crun';

export interface ContainerPlaces {
  /** Gone when it is released. */
  readonly bundle: string;
  readonly root: string;
  readonly network: string;
  /** Ours, with its limits and its counters; the runtime makes its own below. */
  readonly cgroup: string;
  readonly processes: string;
  /** As the runtime is told of it. */
  readonly cgroupPath: string;
  readonly state: string;
  /** Stays until it is removed. */
  readonly kept: string;
}

export function placesOf(id: string): ContainerPlaces {
  const bundle = `${CONTAINERS}/${id}`;
  const cgroup = `${PARENT_CGROUP}/${id}`;
  return {
    bundle,
    root: `${bundle}/root`,
    network: `${NETWORKS}/${id}`,
    cgroup,
    processes: `${cgroup}/c`,
    cgroupPath: `/innkeeper/${id}/c`,
    state: `${RUNTIME_STATE}/${id}`,
    kept: `${KEPT_CONTAINERS}/${id}`,
  };
}

/** @param layer "sha256:…" */
export const layerFolder = (layer: string): string => `${LAYERS}/${layer.replace(/^sha256:/, '')}`;
export const volumeFolder = (name: string): string => `${VOLUMES}/${name}`;
