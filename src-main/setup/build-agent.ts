import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build } from 'vite';

/** The guest agent as one module for QuickJS: what the image recipes install as /opt/innkeeper/agent.js. */
const root = join(import.meta.dirname, '../..');

/** What src-core/guest/agent/version.ts has where its own digest is to stand. */
const DIGEST_PLACE = '*'.repeat(12);

/** @returns the agent's source text, without comments but readable: its stack traces should say something */
export async function buildAgent(): Promise<string> {
  const outcome = await build({
    configFile: false,
    root,
    logLevel: 'warn',
    build: {
      write: false,
      minify: false,
      target: 'es2022',
      modulePreload: false,
      lib: { entry: join(root, 'src-core/guest/agent/main.ts'), formats: ['es'], fileName: 'agent' },
    },
  });
  const chunks = [outcome].flat().flatMap((each) => ('output' in each ? each.output : []));
  const [chunk] = chunks;
  if (chunks.length !== 1 || chunk?.type !== 'chunk') throw new Error('the agent must be one module');
  if (chunk.code.split(DIGEST_PLACE).length !== 2) throw new Error('the agent must name its version once');
  const digest = createHash('sha256').update(chunk.code).digest('hex');
  return chunk.code.replace(DIGEST_PLACE, digest.slice(0, DIGEST_PLACE.length));
}

if (import.meta.main) {
  const file = join(root, 'out/agent.js');
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, await buildAgent());
}
