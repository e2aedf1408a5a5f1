import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Settings } from '../../src-core/contract/service.ts';
import { service, useSession } from '../state/session.ts';

/** The settings of the service, which are the same in every window; asked for again after each new connection. */
export function useSettings() {
  const generation = useSession((session) => session.generation);
  return useQuery({
    queryKey: ['settings', generation],
    queryFn: () => service().service.settings({}),
    enabled: generation > 0,
  });
}

/** Changes only what is given. */
export function useSettingsChange(onDone: () => void = () => undefined) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (change: Partial<Settings>) => service().service.changeSettings(change),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ['settings'] });
      onDone();
    },
  });
}
