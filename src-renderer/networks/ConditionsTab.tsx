import { Gauge } from 'lucide-react';
import { type SubmitEvent, useState } from 'react';
import type { LinkConditionsView, NetworkView } from '../../src-core/contract/networks.ts';
import { Button } from '../parts/Button.tsx';
import { Field, TextInput } from '../parts/Field.tsx';
import { type ConditionsDraft, conditionsText, draftOf, PRESETS, presetOf, readDraft } from './conditions.ts';
import { setConditions } from './network-actions.ts';

function Presets({ now, choose }: { now: LinkConditionsView; choose(conditions: LinkConditionsView): void }) {
  const active = presetOf(now);
  return (
    <ul className="presets" aria-label="Presets">
      {PRESETS.map((preset) => (
        <li key={preset.name}>
          <button
            type="button"
            className="preset"
            aria-pressed={preset === active}
            onClick={() => choose(preset.conditions)}
          >
            <span className="preset-name">{preset.name}</span>
            <span className="faint">{conditionsText(preset.conditions) ?? 'Nothing in the way'}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}

interface FormProps {
  readonly network: NetworkView;
  readonly draft: ConditionsDraft;
  setDraft(draft: ConditionsDraft): void;
}

function Form({ network, draft, setDraft }: FormProps) {
  const { conditions, problems } = readDraft(draft);
  const same = conditions !== null && conditionsText(conditions) === conditionsText(network.conditions);
  function submit(event: SubmitEvent): void {
    event.preventDefault();
    if (conditions !== null) void setConditions(network, conditions);
  }
  return (
    <form className="conditions-form" onSubmit={submit}>
      <Field label="Delay in ms" error={problems.delay} hint="Each way; a ping sees it twice.">
        <TextInput mono value={draft.delay} onChange={(delay) => setDraft({ ...draft, delay })} />
      </Field>
      <Field label="Loss in %" error={problems.loss} hint="Of frames, at random.">
        <TextInput mono value={draft.loss} onChange={(loss) => setDraft({ ...draft, loss })} />
      </Field>
      <Field label="Rate in Mbit/s" error={problems.rate} hint="Of each line; empty for no limit.">
        <TextInput mono placeholder="no limit" value={draft.rate} onChange={(rate) => setDraft({ ...draft, rate })} />
      </Field>
      <Button look="primary" type="submit" disabled={conditions === null || same}>
        Apply
      </Button>
    </form>
  );
}

/** How the lines of a network behave: to try what is made for bad ones. */
export function ConditionsTab({ network }: { network: NetworkView }) {
  const [draft, setDraft] = useState(() => draftOf(network.conditions));
  const active = conditionsText(network.conditions);
  function choose(conditions: LinkConditionsView): void {
    setDraft(draftOf(conditions));
    void setConditions(network, conditions);
  }
  return (
    <div className="stack conditions">
      <p className="faint">To and from each card the same, at once for machines that run.</p>
      <p className={active === null ? 'state state-running' : 'conditions-active'} role="status">
        <Gauge size={16} aria-hidden />
        {active === null ? 'Perfect lines now' : `Now: ${active}`}
      </p>
      <Presets now={network.conditions} choose={choose} />
      <Form network={network} draft={draft} setDraft={setDraft} />
    </div>
  );
}
