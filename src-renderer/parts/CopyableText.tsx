import { Copy } from 'lucide-react';
import { IconButton } from './Button.tsx';
import { copyText } from './clipboard.ts';

interface CopyableTextProps {
  readonly text: string;
  /** What it is, at the beginning of a sentence: "The address". */
  readonly what: string;
}

/** An address or name as it is typed elsewhere, with a button that copies it. */
export function CopyableText({ text, what }: CopyableTextProps) {
  return (
    <span className="copyable">
      <code>{text}</code>
      <IconButton icon={Copy} small label={`Copy ${text}`} onClick={() => void copyText(text, what)} />
    </span>
  );
}
