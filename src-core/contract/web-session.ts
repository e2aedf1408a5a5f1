/**
 * How a browser gets in. `inn serve --web` prints an address with a token. Opening it gives the browser a cookie,
 * without which no file is served, and the page a key, without which no connection is made. Neither is the token.
 *
 * Two secrets, because a cookie of 127.0.0.1 goes to every port of it: a server that another user of this computer
 * runs could see the cookie, but never the key, which only the page's own origin has. The key comes in the fragment,
 * which no server and no log sees, is kept in the page's storage and travels as a WebSocket subprotocol.
 */
export const WEB_PATHS = { enter: '/enter', connect: '/connect', session: '/session' } as const;

/** The protocol that both sides speak, and what the key is dressed in beside it. */
export const WEB_PROTOCOL = 'innkeeper.1';
export const WEB_KEY_PREFIX = 'innkeeper.key.';

/** `#key=…` of the address that the page is first opened with. */
export const WEB_KEY_PARAMETER = 'key';
