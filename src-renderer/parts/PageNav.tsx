import { type Place, placeHash } from '../state/place.ts';

interface PageLink {
  readonly label: string;
  readonly place: Place;
  readonly count?: number;
}

interface PageNavProps {
  /** Its name for a screen reader. */
  readonly label: string;
  readonly links: readonly PageLink[];
  /** The page that is open. */
  readonly page: Place['page'];
}

/** The pages that belong together under one entry of the rail. */
export function PageNav({ label, links, page }: PageNavProps) {
  return (
    <nav className="page-nav" aria-label={label}>
      {links.map(({ label: words, place, count }) => (
        <a
          key={words}
          className="page-nav-link"
          href={placeHash(place)}
          aria-current={place.page === page ? 'page' : undefined}
        >
          {words}
          {count !== undefined && count > 0 && <span className="page-nav-count">{count}</span>}
        </a>
      ))}
    </nav>
  );
}
