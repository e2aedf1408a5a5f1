import type { InnkeeperContract } from './contract.ts';

/**
 * What each method does, in the words that complete "Failed to …". Used where a request fails before or after its
 * handler: wrong input, a lost connection, a defect. A field of the input that names the object is appended.
 */
type Phrase = readonly [words: string, objectField?: string];

const phrases: { readonly [T in keyof InnkeeperContract]: { readonly [M in keyof InnkeeperContract[T]]: Phrase } } = {
  service: {
    status: ['ask the service for its status'],
    stop: ['stop the service'],
    settings: ['read the settings'],
    changeSettings: ['change the settings'],
  },
  host: { view: ['look at this computer'] },
  images: {
    catalog: ['read the image catalogue'],
    list: ['list images'],
    pull: ['pull image', 'image'],
    remove: ['remove image', 'image'],
    importFrom: ['import image', 'image'],
    exportTo: ['export image', 'image'],
    save: ['save image', 'image'],
  },
  machines: {
    list: ['list machines'],
    inspect: ['inspect machine', 'machine'],
    create: ['create machine', 'name'],
    start: ['start machine', 'machine'],
    stop: ['stop machine', 'machine'],
    kill: ['kill machine', 'machine'],
    pause: ['pause machine', 'machine'],
    resume: ['resume machine', 'machine'],
    suspend: ['suspend machine', 'machine'],
    discard: ['discard the saved state of machine', 'machine'],
    restart: ['restart machine', 'machine'],
    rename: ['rename machine', 'machine'],
    change: ['change machine', 'machine'],
    attachDisk: ['attach a disk to machine', 'machine'],
    detachDisk: ['detach a disk from machine', 'machine'],
    growDisk: ['grow a disk of machine', 'machine'],
    clone: ['clone machine', 'machine'],
    fork: ['fork machine', 'machine'],
    exportTo: ['export machine', 'machine'],
    importFrom: ['import machine', 'name'],
    remove: ['remove machine', 'machine'],
    restore: ['restore machine', 'id'],
    purge: ['delete machine', 'id'],
    console: ['open the console of machine', 'machine'],
    exec: ['run a command in machine', 'machine'],
  },
  snapshots: {
    list: ['list the snapshots of machine', 'machine'],
    create: ['take a snapshot of machine', 'machine'],
    restore: ['restore snapshot', 'snapshot'],
    change: ['change snapshot', 'snapshot'],
    remove: ['delete snapshot', 'snapshot'],
  },
  shares: {
    list: ['list the shared folders of machine', 'machine'],
    add: ['share a folder with machine', 'machine'],
    remove: ['take a shared folder from machine', 'machine'],
  },
  networks: {
    list: ['list networks'],
    inspect: ['inspect network', 'network'],
    create: ['create network', 'name'],
    change: ['change network', 'network'],
    remove: ['remove network', 'network'],
    capture: ['capture packets of network', 'network'],
    packets: ['show packets of network', 'network'],
  },
  connections: {
    list: ['list the network cards of machine', 'machine'],
    addCard: ['give a network card to machine', 'machine'],
    removeCard: ['take a network card from machine', 'machine'],
    changeCard: ['change a network card of machine', 'machine'],
    addForward: ['forward a port to machine', 'machine'],
    removeForward: ['forward a port no more to machine', 'machine'],
  },
  containers: {
    list: ['list containers'],
    inspect: ['look at container', 'container'],
    runtimeConfig: ['read the runtime configuration of container', 'container'],
    create: ['create a container of', 'image'],
    start: ['start container', 'container'],
    stop: ['stop container', 'container'],
    kill: ['kill container', 'container'],
    restart: ['restart container', 'container'],
    pause: ['pause container', 'container'],
    resume: ['resume container', 'container'],
    rename: ['rename container', 'container'],
    update: ['change container', 'container'],
    remove: ['delete container', 'container'],
    prune: ['delete the containers that have ended'],
    top: ['list the processes of container', 'container'],
    diff: ['list what was changed in container', 'container'],
    commit: ['make an image of container', 'container'],
    attach: ['attach to container', 'container'],
    run: ['run a container of', 'image'],
    exec: ['run a command in container', 'container'],
    logs: ['read the log of container', 'container'],
    readFiles: ['copy files from container', 'container'],
    writeFiles: ['copy files to container', 'container'],
    buildLog: ['follow a build'],
  },
  containerImages: {
    list: ['list container images'],
    catalog: ['read the catalogue of container images'],
    inspect: ['look at image', 'image'],
    files: ['list the files of layer', 'diffId'],
    pull: ['pull image', 'image'],
    push: ['push image', 'image'],
    tag: ['tag image', 'image'],
    remove: ['delete image', 'image'],
    prune: ['delete images that nobody uses'],
    save: ['save images'],
    load: ['load images from', 'path'],
    build: ['build an image from', 'directory'],
    login: ['log in at', 'registry'],
    logout: ['log out at', 'registry'],
    registries: ['list registries'],
  },
  volumes: {
    list: ['list volumes'],
    create: ['create volume', 'name'],
    inspect: ['look at volume', 'volume'],
    remove: ['delete volume', 'volume'],
    prune: ['delete volumes that nobody uses'],
  },
  nodes: {
    list: ['list nodes'],
    add: ['add a node'],
    remove: ['delete node', 'node'],
    settings: ['read the settings of the container engine'],
    change: ['change the settings of the container engine'],
  },
  compare: { run: ['compare a machine with a container'], last: ['read the last comparison'] },
  tasks: {
    list: ['list tasks'],
    cancel: ['cancel task', 'task'],
    dismiss: ['dismiss task', 'task'],
  },
  events: { subscribe: ['subscribe to events'] },
};

const MAX_OBJECT_LENGTH = 80;

/** @returns what `method` ("machines.start") was about to do, for AppError's `doing` */
export function doingOf(method: string, input: unknown): string {
  const [topic = '', name = ''] = method.split('.');
  const topics: Readonly<Record<string, Readonly<Record<string, Phrase>>>> = phrases;
  const methods = Object.hasOwn(topics, topic) ? topics[topic] : undefined;
  const phrase = methods !== undefined && Object.hasOwn(methods, name) ? methods[name] : undefined;
  if (phrase === undefined) return `call ${method.slice(0, MAX_OBJECT_LENGTH)}`;
  const [words, field] = phrase;
  const object = field === undefined ? undefined : fieldOf(input, field);
  return object === undefined ? words : `${words} ${object.slice(0, MAX_OBJECT_LENGTH)}`;
}

function fieldOf(input: unknown, field: string): string | undefined {
  if (typeof input !== 'object' || input === null || !Object.hasOwn(input, field)) return undefined;
  const value = (input as Record<string, unknown>)[field];
  return typeof value === 'string' && value !== '' ? value : undefined;
}
