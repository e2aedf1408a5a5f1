/** Below this a node’s own system leaves its containers nothing. */
export const LEAST_NODE_BYTES = 256 * 1024 * 1024;
export const MOST_NODE_PROCESSORS = 8;
