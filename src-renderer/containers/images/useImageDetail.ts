import { useQuery } from '@tanstack/react-query';
import { service, useSession } from '../../state/session.ts';

/** All there is to know of an image that is here. @param image null: not yet */
export function useImageDetail(image: string | null) {
  const generation = useSession((session) => session.generation);
  return useQuery({
    queryKey: ['container-image', image, generation],
    queryFn: () => service().containerImages.inspect({ image: image ?? '' }),
    enabled: image !== null,
  });
}
