import { Plus } from 'lucide-react';
import type { MachineView } from '../../src-core/contract/machines.ts';
import { MOST_CARDS } from '../../src-core/contract/networks.ts';
import { NeedsStop } from '../hardware/NeedsStop.tsx';
import { availability } from '../machines/actions.ts';
import { isOn } from '../machines/states.ts';
import { CommandLine } from '../parts/CommandLine.tsx';
import { type Availability, GuardedButton } from '../parts/GuardedButton.tsx';
import { Section } from '../parts/Section.tsx';
import { askNewCard } from './AddCardDialog.tsx';
import { AddForward } from './AddForward.tsx';
import { CardRow } from './CardRow.tsx';
import { ForwardTable } from './ForwardTable.tsx';
import { guestName } from './links.ts';
import { MachineTraffic } from './MachineTraffic.tsx';

function moreCards(machine: MachineView): Availability {
  if (machine.cards.length >= MOST_CARDS) return { can: false, why: `A machine has at most ${MOST_CARDS} cards.` };
  return availability('change-cards', [machine]);
}

function Cards({ machine }: { machine: MachineView }) {
  const { cards, name } = machine;
  return (
    <Section
      title="Network cards"
      text={`Other guests of the same network find it as ${guestName(name)}.`}
      actions={
        <GuardedButton
          small
          icon={Plus}
          label="Add card"
          availability={moreCards(machine)}
          onClick={() => askNewCard(machine)}
        />
      }
    >
      {cards.length === 0 ? (
        <p className="section-empty">It has no network card: nobody reaches it, and it reaches nobody.</p>
      ) : (
        <ul className="hardware">
          {cards.map((card) => (
            <CardRow key={card.slot} machine={machine} card={card} />
          ))}
        </ul>
      )}
      <NeedsStop machine={machine} change="change-cards" what="its network cards" />
    </Section>
  );
}

function Forwards({ machine }: { machine: MachineView }) {
  const { forwards, cards, name } = machine;
  return (
    <Section title="Forwarded ports" text="Ports of this computer that lead to ports of the guest while it runs.">
      {forwards.length > 0 && <ForwardTable rows={forwards.map((forward) => ({ machine, forward }))} />}
      {cards.length === 0 ? (
        <p className="section-empty">A port can be forwarded once the machine has a network card.</p>
      ) : (
        <AddForward machine={machine} count={forwards.length} />
      )}
      <CommandLine command={`inn vm forward ${name} add 8080:80`} />
    </Section>
  );
}

/** The network cards of a machine, what goes through them, and the ports that lead to it. */
export function MachineNetworkTab({ machine }: { machine: MachineView }) {
  const { cards } = machine;
  return (
    <div className="hardware-tab">
      {isOn(machine.state) && cards.length > 0 && <MachineTraffic machine={machine} />}
      <Cards machine={machine} />
      <Forwards machine={machine} />
    </div>
  );
}
