import { z } from 'zod';
import { start } from '../app/start.tsx';
import { connectMadeUp } from './made-up-service.ts';

z.config({ jitless: true });
await start(connectMadeUp);
