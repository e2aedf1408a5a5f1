/** The names of the messages between the page's preload and the main process. */
export const CHANNELS = {
  /** Page to app: a call of `desktopCalls` by name, with its input. */
  call: 'innkeeper:call',
  /** Page to app: asks for a port to the service; the answer comes under the same name. */
  port: 'innkeeper:port',
  /** App to page: the preferences changed. */
  preferences: 'innkeeper:preferences',
  /** App to page: a menu was used. */
  command: 'innkeeper:command',
} as const;
