import { useSignal, type Signal } from '@preact/signals';

import { SECTORS } from '../../../../pipeline/core/taxonomy.js';
import type { OverviewRow } from '../../../api/wire.js';
import { useApp } from '../app.js';
import { formatCount, formatShare, formatSigned, toneOf } from '../format.js';
import type { StringKey } from '../strings.js';
import { Answer, Foreign, Polarity } from './parts.js';

const THIN_STORIES = 3;
const MAX_SHOWN = 100;
type SortKey = 'name' | 'polarity' | 'change' | 'documents';

interface Sort {
  readonly key: SortKey;
  readonly down: boolean;
}

/** The market as a tile, and below it every instrument of the period, one line each. */
export function InstrumentsPanel() {
  const { answers, t } = useApp();
  return (
    <section class="instruments panel" aria-label={t('instruments')}>
      <Answer loaded={answers.overview.state.value}>
        {({ market, instruments }) => (
          <>
            <MarketTile row={market} />
            <InstrumentTable rows={instruments} />
          </>
        )}
      </Answer>
    </section>
  );
}

function MarketTile({ row }: { readonly row: OverviewRow | null }) {
  const { view, navigate, t } = useApp();
  const tone = row === null || row.polarity === null ? 'none' : toneOf(row.polarity);
  return (
    <button
      type="button"
      class={`market-tile ${tone}`}
      data-series="market"
      aria-pressed={view.value.series === 'market'}
      onClick={() => navigate({ series: 'market', window: null })}
    >
      <span class="tile-name">
        {t('market')} <small>{t('everyDocument')}</small>
      </span>
      <span class="tile-value">
        <Polarity value={row?.polarity ?? null} />
      </span>
      {row !== null && (
        <span class="tile-facts">
          <span>
            <b>{formatCount(row.documents)}</b> {t('documentsUnit')}
          </span>
          <span>
            <b>{formatCount(row.stories)}</b> {t('storiesUnit')}
          </span>
          <span>
            {t('pNegative')} <b>{row.negative === null ? t('noData') : formatShare(row.negative)}</b>
          </span>
          <Change row={row} />
        </span>
      )}
    </button>
  );
}

function Change({ row }: { readonly row: OverviewRow }) {
  const { t } = useApp();
  if (row.change === null) return <span class="none">{t('noEarlier')}</span>;
  const tone = toneOf(row.change);
  const shape = tone === 'neutral' ? '→' : tone === 'negative' ? '↘' : '↗';
  return (
    <span class={`change ${tone}`} title={t('changeLong')}>
      <span aria-hidden="true">{shape}</span> {formatSigned(row.change)}
    </span>
  );
}

function InstrumentTable({ rows }: { readonly rows: readonly OverviewRow[] }) {
  const { t, named } = useApp();
  const sort = useSignal<Sort>({ key: 'documents', down: true });
  const filter = useSignal('');
  const wanted = filter.value.trim().toLowerCase();
  const matching = rows.filter((row) =>
    `${row.id} ${row.name} ${row.nameZh ?? ''}`.toLowerCase().includes(wanted),
  );
  const ordered = sortRows(matching, sort.value, named).slice(0, MAX_SHOWN);
  return (
    <>
      <input
        type="search"
        class="filter"
        placeholder={t('filter')}
        aria-label={t('filter')}
        value={filter.value}
        onInput={(event) => (filter.value = event.currentTarget.value)}
      />
      {ordered.length === 0 && <p class="hint">{t(rows.length === 0 ? 'noInstruments' : 'noMatch')}</p>}
      {ordered.length > 0 && (
        <div class="scroll" tabIndex={0} role="group" aria-label={t('instruments')}>
          <table class="table">
            <TableHead sort={sort} />
            <tbody>
              {ordered.map((row) => (
                <InstrumentLine key={row.id} row={row} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </>
  );
}

const COLUMNS: readonly (readonly [SortKey, StringKey])[] = [
  ['name', 'instrument'],
  ['polarity', 'polarity'],
  ['change', 'change'],
  ['documents', 'documents'],
];

function TableHead({ sort }: { readonly sort: Signal<Sort> }) {
  const { t } = useApp();
  const { key: sorted, down } = sort.value;
  return (
    <thead>
      <tr>
        {COLUMNS.map(([key, label]) => (
          <th key={key} scope="col" class={key} aria-sort={ariaSort(sort.value, key)}>
            <button
              type="button"
              onClick={() => (sort.value = { key, down: sorted === key ? !down : key === 'documents' })}
            >
              {t(label)}
              <span aria-hidden="true">{sorted === key ? (down ? ' ↓' : ' ↑') : ''}</span>
            </button>
          </th>
        ))}
      </tr>
    </thead>
  );
}

function InstrumentLine({ row }: { readonly row: OverviewRow }) {
  const { view, navigate, named, language, t } = useApp();
  const thin = row.stories < THIN_STORIES;
  const sector = row.sector === null ? '' : ` · ${SECTORS[row.sector][language.value]}`;
  return (
    <tr data-id={row.id} class={view.value.series === row.series ? 'chosen' : ''}>
      <th scope="row" class="name">
        <button
          type="button"
          aria-pressed={view.value.series === row.series}
          onClick={() => navigate({ series: row.series, window: null })}
        >
          <Foreign text={named(row)} />
          <small>
            {row.id}
            {sector}
          </small>
        </button>
      </th>
      <td class="polarity">
        <Polarity value={row.polarity} thin={thin} />
        {thin ? <small>{t('thin')}</small> : <Lean polarity={row.polarity} />}
        <small class="narrow-only">
          <Change row={row} />
        </small>
      </td>
      <td class="change">
        <Change row={row} />
      </td>
      <td class="documents">
        {formatCount(row.documents)}
        <small title={t('storiesUnit')}>
          {formatCount(row.stories)} {t(row.stories === 1 ? 'story' : 'stories').toLowerCase()}
        </small>
      </td>
    </tr>
  );
}

/** A bar from the middle to the side the polarity leans to; its length is always on the scale −1 … 1. */
function Lean({ polarity }: { readonly polarity: number | null }) {
  if (polarity === null) return null;
  const width = `${Math.abs(polarity) * 50}%`;
  const place = polarity < 0 ? { right: '50%', width } : { left: '50%', width };
  return (
    <span class="lean" aria-hidden="true">
      <span class={`fill ${toneOf(polarity)}`} style={place} />
    </span>
  );
}

function ariaSort(sort: Sort, key: SortKey) {
  if (sort.key !== key) return 'none';
  return sort.down ? 'descending' : 'ascending';
}

function sortRows(
  rows: readonly OverviewRow[],
  sort: Sort,
  named: (row: OverviewRow) => string,
): readonly OverviewRow[] {
  const order = (a: OverviewRow, b: OverviewRow) => {
    if (sort.key === 'name') return named(a).localeCompare(named(b));
    // What has no change to tell goes last, whichever way the others are sorted.
    const missing = sort.down ? -Infinity : Infinity;
    return (a[sort.key] ?? missing) - (b[sort.key] ?? missing);
  };
  const direction = sort.down ? -1 : 1;
  return [...rows].sort((a, b) => direction * order(a, b) || a.id.localeCompare(b.id));
}
