import { dirname } from 'node:path';
import { ensureBuilt } from '../src-main/setup/build.ts';
import { electronExecutable } from '../src-main/setup/electron-binary.ts';
import { ensureSystemPackages, forTests } from '../src-main/setup/system-packages.ts';
import { checkSteps, runSteps, vitestStep } from './steps.ts';

/** `npm test`: everything, on a machine that may have nothing but Node and npm. */
if (!ensureSystemPackages(forTests)) process.exit(1);
process.env['ELECTRON_OVERRIDE_DIST_PATH'] = dirname(await electronExecutable());
ensureBuilt();
// One after the other: tests that have the computer to themselves take as long, and are steadier.
await runSteps([...checkSteps, vitestStep('integration'), vitestStep('e2e')]);
