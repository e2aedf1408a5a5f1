// First: it sets zod up for a page whose content security policy forbids making code from text.
import { connect } from './connection/connect.ts';
import { start } from './app/start.tsx';

await start(connect);
