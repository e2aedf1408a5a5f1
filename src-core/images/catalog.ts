import { debian13Tiny } from './recipes/debian-13-tiny.ts';
import { debian13 } from './recipes/debian-13/recipe.ts';
import { containerNode } from './recipes/container-node/recipe.ts';
import type { Recipe } from './recipes/recipe.ts';

/** The images that can be had, in the order in which they are shown. */
export const CATALOG: readonly Recipe[] = [debian13Tiny, debian13];

/** Those that Innkeeper makes for itself. */
export const OWN_RECIPES: readonly Recipe[] = [containerNode];
