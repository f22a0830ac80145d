import type { Migration } from '../migrate.js';

/** An alert event is known when it is stored: its evaluation may have begun long before, and its mail comes after it. */
export const alertsKnownAt: Migration = {
  version: 9,
  name: '0009-alerts-known-at',
  statements: [
    "ALTER TABLE alert_events ADD COLUMN IF NOT EXISTS known_at DateTime64(3, 'UTC') DEFAULT at",
    'ALTER TABLE alert_events MATERIALIZE COLUMN known_at SETTINGS mutations_sync = 2',
  ],
};
