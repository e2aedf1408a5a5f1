import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { EngineSettings } from '../../../src-core/contract/containers.ts';
import { service, useSession } from '../../state/session.ts';

const KEY = 'engine-settings';

/** The limits of the container engine itself. */
export function useEngineSettings() {
  const generation = useSession((session) => session.generation);
  return useQuery({
    queryKey: [KEY, generation],
    queryFn: () => service().nodes.settings({}),
    enabled: generation > 0,
  });
}

/** Changes only what is given. */
export function useEngineChange() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (change: Partial<EngineSettings>) => service().nodes.change(change),
    onSuccess: () => void queries.invalidateQueries({ queryKey: [KEY] }),
  });
}
