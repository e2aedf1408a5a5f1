import { CirclePause, CirclePlay, Eraser, FileDown, ListFilter, Radio } from 'lucide-react';
import { type SubmitEvent, useEffect, useState, useSyncExternalStore } from 'react';
import type { NetworkView } from '../../src-core/contract/networks.ts';
import { Button } from '../parts/Button.tsx';
import { FailureNotice } from '../parts/Failure.tsx';
import { Field, TextInput } from '../parts/Field.tsx';
import { countOf } from '../parts/quantities.ts';
import { useSession } from '../state/session.ts';
import { PacketDetails } from './PacketDetails.tsx';
import { PacketCapture, type Packets } from './packet-capture.ts';
import { PacketTable } from './PacketTable.tsx';
import { saveCapture } from './save-capture.ts';

interface FilterProps {
  readonly packets: Packets;
  apply(filter: string): void;
}

function Filter({ packets, apply }: FilterProps) {
  const [text, setText] = useState('');
  const { failure } = packets;
  const wrong = failure?.code === 'invalid-input' ? failure : null;
  function submit(event: SubmitEvent): void {
    event.preventDefault();
    apply(text);
  }
  return (
    <form className="packet-filter" onSubmit={submit}>
      <Field
        label="Filter"
        error={wrong ? [wrong.because, wrong.hint].filter(Boolean).join('. ') : undefined}
        hint="As in tcp and port 80, host 10.86.0.2, udp or icmp, not arp."
      >
        <TextInput mono placeholder="everything" value={text} onChange={setText} />
      </Field>
      <Button icon={ListFilter} type="submit">
        Apply
      </Button>
    </form>
  );
}

function Tools({ capture, packets, network }: { capture: PacketCapture; packets: Packets; network: NetworkView }) {
  const { paused, rows } = packets;
  const save = () => {
    const file = capture.file();
    if (file !== null) void saveCapture(network.name, file);
  };
  return (
    <div className="packet-tools">
      <Button icon={paused ? CirclePlay : CirclePause} onClick={() => capture.pause(!paused)}>
        {paused ? 'Go on' : 'Pause'}
      </Button>
      <Button icon={Eraser} disabled={rows.length === 0} onClick={() => capture.clear()}>
        Clear
      </Button>
      <Button icon={FileDown} disabled={rows.length === 0} onClick={save}>
        Save as .pcap…
      </Button>
    </div>
  );
}

function statusWords({ status, rows, paused, waiting }: Packets): string {
  if (status === 'opening') return 'Opening …';
  if (status === 'ended') return `Ended, ${countOf(rows.length, 'packet')}`;
  if (paused) return `Paused, ${waiting} more since`;
  return countOf(rows.length, 'packet');
}

/** What goes over a network now, packet by packet. */
export function PacketsTab({ network }: { network: NetworkView }) {
  const generation = useSession((session) => session.generation);
  const [capture] = useState(() => new PacketCapture(network.id));
  const [filter, setFilter] = useState('');
  const [chosen, setChosen] = useState<number | null>(null);
  const packets = useSyncExternalStore(capture.subscribe, capture.state);
  const packet = packets.rows.find(({ number }) => number === chosen);
  const { failure, rows } = packets;

  useEffect(() => {
    void capture.open(filter);
    return () => capture.close();
  }, [capture, filter, generation]);

  return (
    <div className="packets">
      <div className="packets-head">
        <Filter
          packets={packets}
          apply={(text) => {
            setChosen(null);
            if (text === filter) void capture.open(text);
            else setFilter(text);
          }}
        />
        <Tools capture={capture} packets={packets} network={network} />
      </div>
      {failure !== null && failure.code !== 'invalid-input' && <FailureNotice failure={failure} />}
      {rows.length === 0 ? (
        <div className="packets-empty">
          <Radio size={24} strokeWidth={1.5} aria-hidden />
          <p>{packets.status === 'open' ? 'Listening. No packet has come by yet.' : 'No packets.'}</p>
        </div>
      ) : (
        <PacketTable rows={rows} chosen={chosen} choose={setChosen} />
      )}
      {packet && (
        <PacketDetails
          network={network}
          packet={packet}
          bytes={capture.bytesOf(packet)}
          close={() => setChosen(null)}
        />
      )}
      <p className="packets-foot faint figure" role="status">
        {statusWords(packets)}
      </p>
    </div>
  );
}
