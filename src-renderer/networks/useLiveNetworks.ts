import { useEffect } from 'react';
import { applyEvent } from '../state/inventory.ts';
import { service, useSession } from '../state/session.ts';

const EVERY_MS = 1000;

/**
 * Keeps the counters of these networks fresh while they are looked at: the service tells of a network when it changes,
 * and traffic alone is no change.
 */
export function useLiveNetworks(ids: readonly string[]): void {
  const ready = useSession((session) => session.status === 'ready');
  const key = ids.join();
  useEffect(() => {
    if (!ready || key === '') return;
    let asking = false;
    const ask = async () => {
      if (asking || document.hidden) return;
      asking = true;
      for (const network of key.split(',')) {
        // One that has just gone is told by its event.
        const view = await service()
          .networks.inspect({ network })
          .catch(() => null);
        if (view !== null) applyEvent({ type: 'network', network: view });
      }
      asking = false;
    };
    const timer = setInterval(() => void ask().catch(() => undefined), EVERY_MS);
    void ask().catch(() => undefined);
    return () => clearInterval(timer);
  }, [ready, key]);
}
