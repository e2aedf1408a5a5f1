import { tellFailure } from './tell.ts';

/** @returns whether it was done; otherwise the person was told. @param doing completes "Failed to …" */
export async function attempt(doing: string, work: () => Promise<unknown>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    tellFailure(error, doing);
    return false;
  }
}
