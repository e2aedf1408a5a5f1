import { CircleAlert, CircleCheck, Hourglass, LoaderCircle } from 'lucide-react';
import type { ConfigurationView } from '../../src-core/contract/machines.ts';
import { Button } from '../parts/Button.tsx';
import { copyText } from '../parts/clipboard.ts';
import { Fact } from './Fact.tsx';

type Told = Exclude<ConfigurationView['state'], 'none'>;

const LOOKS: Record<Told, { readonly icon: typeof Hourglass; readonly tone: string; readonly words: string }> = {
  waiting: { icon: Hourglass, tone: 'stopped', words: 'Waits for the guest' },
  running: { icon: LoaderCircle, tone: 'changing', words: 'Being carried out' },
  done: { icon: CircleCheck, tone: 'running', words: 'Carried out' },
  failed: { icon: CircleAlert, tone: 'failed', words: 'Failed' },
  'left-to-guest': { icon: Hourglass, tone: 'stopped', words: 'Given to the cloud-init of its image' },
};

function Output({ failure }: { failure: string }) {
  return (
    <>
      <pre className="configuration-output" tabIndex={0} aria-label="What the step printed last">
        {failure.trimEnd()}
      </pre>
      <Button small look="quiet" onClick={() => void copyText(failure, 'The output')}>
        Copy
      </Button>
    </>
  );
}

/** How far the user-data that the machine was given has come. */
export function ConfigurationFact({ configuration }: { configuration: ConfigurationView }) {
  const { state, step, failure, warnings } = configuration;
  if (state === 'none') return null;
  const { icon: Icon, tone, words } = LOOKS[state];
  return (
    <Fact label="User-data">
      <span className={`state state-${tone}`}>
        <Icon size={14} aria-hidden className={state === 'running' ? 'spinning' : undefined} />
        {words}
        {step !== null && `: ${step}`}
      </span>
      {failure !== null && <Output failure={failure} />}
      {warnings.map((warning) => (
        <p key={warning} className="field-warning">
          {warning}
        </p>
      ))}
    </Fact>
  );
}
