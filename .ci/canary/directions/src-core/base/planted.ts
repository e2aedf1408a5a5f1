// A planted violation: base must not know the hypervisor. The check of directions fails if this passes.
import { planted } from '../hypervisor/planted.ts';

export const upward = planted;
