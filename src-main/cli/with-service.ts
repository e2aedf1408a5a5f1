import type { CliIo, ServiceConnection } from './io.ts';

/** Connects for one command and lets go afterwards, however it ends. */
export async function withService<T>(io: CliIo, action: (service: ServiceConnection) => Promise<T>): Promise<T> {
  const connection = await io.connect();
  try {
    return await action(connection);
  } finally {
    connection.disconnect();
  }
}
