import { Copy } from 'lucide-react';
import { IconButton } from './Button.tsx';
import { copyText } from './clipboard.ts';

/** The `inn` command that does the same, to copy. */
export function CommandLine({ command }: { command: string }) {
  return (
    <div className="command-line">
      <span className="command-prompt" aria-hidden>
        $
      </span>
      <code>{command}</code>
      <IconButton icon={Copy} small label="Copy command" onClick={() => void copyText(command, 'The command')} />
    </div>
  );
}
