// A planted violation: the core knows neither a process nor a window nor a file system. The check fails if this passes.
import { readFileSync } from 'node:fs';

export const planted = [process.pid, window.document.title, readFileSync('/dev/null')];
