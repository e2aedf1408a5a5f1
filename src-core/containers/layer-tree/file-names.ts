/** What lies in the folder of a layer. */
export const LAYER_ARCHIVE = 'archive.tar';
export const LAYER_INDEX = 'index';
