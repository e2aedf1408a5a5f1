import { AppError } from '../../src-core/base/errors.ts';
import { WEB_KEY_PARAMETER, WEB_KEY_PREFIX, WEB_PATHS, WEB_PROTOCOL } from '../../src-core/contract/web-session.ts';
import type { ClientMessage, MessageChannel, ServerMessage } from '../../src-core/contract/wire.ts';
import { webSocketChannel } from './web-socket-channel.ts';

const STORED_KEY = 'innkeeper.key';
const doing = 'connect to the service';

/**
 * Opens the WebSocket to the server that served this page.
 * @throws AppError `denied` without the right key, `unavailable` when nobody answers
 */
export async function openWebSocket(page: Window): Promise<MessageChannel<ClientMessage, ServerMessage>> {
  const key = takeKey(page);
  if (key === null) throw denied('this page was opened without its key');
  const address = new URL(WEB_PATHS.connect, page.location.origin.replace(/^http/, 'ws'));
  const socket = new WebSocket(address, [WEB_PROTOCOL, WEB_KEY_PREFIX + key]);
  socket.binaryType = 'arraybuffer';
  const channel = webSocketChannel(socket);
  return new Promise((resolve, reject) => {
    const refused = () => void refusal(key).then(reject);
    socket.addEventListener('close', refused);
    socket.addEventListener('open', () => {
      socket.removeEventListener('close', refused);
      resolve(channel);
    });
  });
}

/** From the fragment of the address, which is then cleaned, or as this page kept it before. */
function takeKey(page: Window): string | null {
  const key = new URLSearchParams(page.location.hash.slice(1)).get(WEB_KEY_PARAMETER);
  if (key === null) return page.localStorage.getItem(STORED_KEY);
  page.localStorage.setItem(STORED_KEY, key);
  page.history.replaceState(page.history.state, '', page.location.pathname + page.location.search);
  return key;
}

/** A browser does not tell why a WebSocket did not open: a plain request does. */
async function refusal(key: string): Promise<AppError> {
  try {
    const answer = await fetch(WEB_PATHS.session, { headers: { authorization: `Bearer ${key}` } });
    if (answer.status === 401 || answer.status === 403) return denied('the key of this page is no longer valid');
  } catch {
    // Nobody is there: told like any other lost connection.
  }
  return new AppError({
    code: 'unavailable',
    doing,
    because: 'the service does not answer',
    hint: 'Start it with "inn serve --web"; this page then connects by itself.',
  });
}

function denied(because: string): AppError {
  return new AppError({ code: 'denied', doing, because, hint: 'Open the address that "inn serve --web" prints.' });
}
