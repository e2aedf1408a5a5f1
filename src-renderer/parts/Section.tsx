import { type ReactNode, useId } from 'react';

interface SectionProps {
  readonly title: string;
  readonly text?: ReactNode;
  /** Buttons beside the title. */
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}

export function Section({ title, text, actions, children }: SectionProps) {
  const id = useId();
  return (
    <section className="section" aria-labelledby={id}>
      <header className="section-head">
        <div>
          <h3 id={id} className="section-title">
            {title}
          </h3>
          {text !== undefined && <p className="field-hint">{text}</p>}
        </div>
        {actions}
      </header>
      {children}
    </section>
  );
}
