import { ExternalLink } from 'lucide-react';
import type { ForwardView } from '../../src-core/contract/networks.ts';
import { openForward } from '../desktop/links.ts';
import { forwardUrl, PORT_LOOKS, publishedText } from './ports.ts';

/** A published port: a link to what answers there, or words where nothing does or no browser can go. */
export function PortLink({ forward }: { forward: ForwardView }) {
  const url = forward.state === 'active' ? forwardUrl(forward) : null;
  const text = publishedText(forward);
  const { tone } = PORT_LOOKS[forward.state];
  if (url === null) {
    const why = forward.failure?.because ?? PORT_LOOKS[forward.state].word;
    return (
      <span className={forward.state === 'active' ? 'port-link' : `port-link state-${tone}`} title={why}>
        {text}
      </span>
    );
  }
  return (
    <a
      className="port-link"
      href={url}
      aria-label={`Open ${url}`}
      onClick={(event) => {
        event.preventDefault();
        openForward(url);
      }}
    >
      {text}
      <ExternalLink size={12} aria-hidden />
    </a>
  );
}

/** The ports of a row, as many as it has room for. */
export function PortLinks({ ports, most }: { ports: readonly ForwardView[]; most: number }) {
  if (ports.length === 0) return <span className="faint">–</span>;
  const rest = ports.length - most;
  return (
    <span className="port-links">
      {ports.slice(0, most).map((forward) => (
        <PortLink key={`${forward.protocol} ${forward.address} ${forward.port}`} forward={forward} />
      ))}
      {rest > 0 && <span className="faint">+{rest}</span>}
    </span>
  );
}
