import type { Command } from './command.js';

/** Loading a command is left until it is asked for: the bin answers `--help` at once. */
const COMMANDS: Readonly<Record<string, { summary: string; load: () => Promise<Command> }>> = {
  start: {
    summary: 'Run the service (the demo, without a configuration).',
    load: async () => (await import('./start.js')).startCommand,
  },
  replay: {
    summary: 'Feed recorded documents through the whole path, event time kept.',
    load: async () => (await import('./replay.js')).replayCommand,
  },
  rehearse: {
    summary: 'Which alerts would have fired over a recorded stream, without sending.',
    load: async () => (await import('./rehearse.js')).rehearseCommand,
  },
  classify: {
    summary: 'Score texts: language, sentiment, topics, instruments.',
    load: async () => (await import('./classify.js')).classifyCommand,
  },
  'parse-feed': {
    summary: 'Show the items of feed files, or why there are none.',
    load: async () => (await import('./parse-feed.js')).parseFeedCommand,
  },
  evaluate: {
    summary: 'Measure a model on a labelled set.',
    load: async () => (await import('./evaluate.js')).evaluateCommand,
  },
  'evaluate behaviour': {
    summary: 'Put a model to the behavioural suite.',
    load: async () => (await import('./evaluate-behaviour.js')).evaluateBehaviourCommand,
  },
  'evaluate domain': {
    summary: 'Measure how well texts that are not about finance are noticed.',
    load: async () => (await import('./evaluate-domain.js')).evaluateDomainCommand,
  },
  'evaluate robustness': {
    summary: 'Measure how often small changes flip a label, and fairness.',
    load: async () => (await import('./evaluate-robustness.js')).evaluateRobustnessCommand,
  },
  'evaluate red-team': {
    summary: 'Search for small changes that alter a label.',
    load: async () => (await import('./evaluate-red-team.js')).evaluateRedTeamCommand,
  },
  'evaluate peers': {
    summary: 'Measure our models beside VADER.',
    load: async () => (await import('./evaluate-peers.js')).evaluatePeersCommand,
  },
  'evaluate language': {
    summary: 'Measure language detection on labelled rows.',
    load: async () => (await import('./evaluate-language.js')).evaluateLanguageCommand,
  },
  'evaluate linking': {
    summary: 'Measure which companies are found in texts.',
    load: async () => (await import('./evaluate-linking.js')).evaluateLinkingCommand,
  },
  'instruments import': {
    summary: "Bring a desk's own list of companies together with the built-in one.",
    load: async () => (await import('./instruments-import.js')).instrumentsImportCommand,
  },
  'evaluate certainty': {
    summary: 'Measure on labelled lines how well facts, opinions and rumours are told apart.',
    load: async () => (await import('./evaluate-certainty.js')).evaluateCertaintyCommand,
  },
  'evaluate faithfulness': {
    summary: 'Measure whether explanations name the words that a model goes by.',
    load: async () => (await import('./evaluate-faithfulness.js')).evaluateFaithfulnessCommand,
  },
  'evaluate stories': {
    summary: 'Measure on labelled pairs how well stories are told apart.',
    load: async () => (await import('./evaluate-stories.js')).evaluateStoriesCommand,
  },
  stories: {
    summary: 'Group recorded documents into stories.',
    load: async () => (await import('./stories.js')).storiesCommand,
  },
  'evaluate transfer': {
    summary: 'Measure what labels of one kind of text are worth for another.',
    load: async () => (await import('./evaluate-transfer.js')).evaluateTransferCommand,
  },
  'train domain': {
    summary: 'Make the profile by which finance texts are told from others.',
    load: async () => (await import('./train-domain.js')).trainDomainCommand,
  },
  'train blend': {
    summary: 'Try what a share of a lighter model is worth to an encoder.',
    load: async () => (await import('./train-blend.js')).trainBlendCommand,
  },
  'train rows': {
    summary: 'Write the rows that the encoder is trained on.',
    load: async () => (await import('./train-rows.js')).trainRowsCommand,
  },
  'expert-rules test': {
    summary: 'Check expert rules and run the tests in their files.',
    load: async () => (await import('./expert-rules-test.js')).expertRulesTestCommand,
  },
  'models list': {
    summary: 'Show the models that there are.',
    load: async () => (await import('./models-list.js')).modelsListCommand,
  },
  'models verify': {
    summary: 'Prove that a model is whole and right.',
    load: async () => (await import('./models-verify.js')).modelsVerifyCommand,
  },
  'models serve': {
    summary: 'Run the model for other machines.',
    load: async () => (await import('./models-serve.js')).modelsServeCommand,
  },
  'models import': {
    summary: 'Take over a BERT of somebody else.',
    load: async () => (await import('./models-import.js')).modelsImportCommand,
  },
  'train ngram': {
    summary: 'Train the n-gram model.',
    load: async () => (await import('./train-ngram.js')).trainNgramCommand,
  },
  'labels queue': {
    summary: 'List stored documents that are worth labelling, and why.',
    load: async () => (await import('./labels-queue.js')).labelsQueueCommand,
  },
  'labels next': {
    summary: 'Label them one by one.',
    load: async () => (await import('./labels-next.js')).labelsNextCommand,
  },
  'labels import': {
    summary: 'Take labels from a file.',
    load: async () => (await import('./labels-import.js')).labelsImportCommand,
  },
  'labels verdict': {
    summary: 'Say what a document of an alert is.',
    load: async () => (await import('./labels-verdict.js')).labelsVerdictCommand,
  },
  'labels agree': {
    summary: 'Measure how far people agree.',
    load: async () => (await import('./labels-agree.js')).labelsAgreeCommand,
  },
  'labels adjudicate': {
    summary: 'Decide where they do not.',
    load: async () => (await import('./labels-adjudicate.js')).labelsAdjudicateCommand,
  },
  'labels simulate': {
    summary: 'Measure what the order of the queue is worth.',
    load: async () => (await import('./labels-simulate.js')).labelsSimulateCommand,
  },
  'models candidates': {
    summary: 'Show trained candidates, what is approved, and who did what.',
    load: async () => (await import('./models-candidates.js')).modelsCandidatesCommand,
  },
  'models compare': {
    summary: 'Compare a candidate with the model that serves.',
    load: async () => (await import('./models-compare.js')).modelsCompareCommand,
  },
  'models impact': {
    summary: 'Show what another model would change: alerts, series, labels.',
    load: async () => (await import('./models-impact.js')).modelsImpactCommand,
  },
  'models shadow': {
    summary: 'Show how a challenger reads live documents beside the model that serves.',
    load: async () => (await import('./models-shadow.js')).modelsShadowCommand,
  },
  'models drift': {
    summary: 'Show whether documents differ from what the model began with.',
    load: async () => (await import('./models-drift.js')).modelsDriftCommand,
  },
  'models approve': {
    summary: 'Let a candidate serve.',
    load: async () => (await import('./models-approve.js')).modelsApproveCommand,
  },
  'models rollback': {
    summary: 'Put the model before back.',
    load: async () => (await import('./models-rollback.js')).modelsRollbackCommand,
  },
  reconcile: {
    summary: 'Prove that nothing was lost or counted twice.',
    load: async () => (await import('./reconcile.js')).reconcileCommand,
  },
  backup: {
    summary: 'Copy an installation as of one moment, while it runs.',
    load: async () => (await import('./backup.js')).backupCommand,
  },
  restore: {
    summary: 'Make a data folder out of a backup.',
    load: async () => (await import('./restore.js')).restoreCommand,
  },
  backfill: {
    summary: 'Load history into a live world, silently and beside what comes in.',
    load: async () => (await import('./backfill.js')).backfillCommand,
  },
  diff: {
    summary: 'List what became known between two times, and why.',
    load: async () => (await import('./diff.js')).diffCommand,
  },
  rescore: {
    summary: 'Score stored documents again with another model, beside the old scores.',
    load: async () => (await import('./rescore.js')).rescoreCommand,
  },
  erase: {
    summary: 'Remove a person, or a whole source, from everywhere, for good.',
    load: async () => (await import('./erase.js')).eraseCommand,
  },
  'breaker reset': {
    summary: 'Let a flow go on that stopped for too many dead letters.',
    load: async () => (await import('./breaker.js')).breakerResetCommand,
  },
  'sources list': {
    summary: 'Show the sources of a running service.',
    load: async () => (await import('./sources-list.js')).sourcesListCommand,
  },
  'sources test': {
    summary: 'Try a source without a service; nothing is stored.',
    load: async () => (await import('./sources-test.js')).sourcesTestCommand,
  },
  'sources start': {
    summary: 'Let a source go on that was stopped or has failed.',
    load: async () => (await import('./sources-start.js')).sourcesStartCommand,
  },
  'sources stop': {
    summary: 'Stop one source; the service goes on.',
    load: async () => (await import('./sources-stop.js')).sourcesStopCommand,
  },
  'sources reload': {
    summary: 'Take over the sources of a changed configuration.',
    load: async () => (await import('./sources-reload.js')).sourcesReloadCommand,
  },
  'dead-letters list': {
    summary: 'List the messages that could not be handled.',
    load: async () => (await import('./dead-letters-list.js')).deadLettersListCommand,
  },
  'dead-letters show': {
    summary: 'Show one of them: why, where, and the original.',
    load: async () => (await import('./dead-letters-show.js')).deadLettersShowCommand,
  },
  'dead-letters retry': {
    summary: 'Send dead letters in again, corrected or as they are.',
    load: async () => (await import('./dead-letters-retry.js')).deadLettersRetryCommand,
  },
  'dead-letters drop': {
    summary: 'Give dead letters up for good.',
    load: async () => (await import('./dead-letters-drop.js')).deadLettersDropCommand,
  },
  'check-config': {
    summary: 'Check a configuration and show what it comes to.',
    load: async () => (await import('./check-config.js')).checkConfigCommand,
  },
  'release-check': {
    summary: 'Hold a checkout against the release list.',
    load: async () => (await import('./release-check.js')).releaseCheckCommand,
  },
  doctor: {
    summary: 'Check this machine and an installation, and say what to mend.',
    load: async () => (await import('./doctor.js')).doctorCommand,
  },
  migrate: {
    summary: 'Bring the store of a data folder to the newest schema.',
    load: async () => (await import('./migrate.js')).migrateCommand,
  },
};

export function listCommands(): readonly { readonly name: string; readonly summary: string }[] {
  return Object.entries(COMMANDS).map(([name, { summary }]) => ({ name, summary }));
}

/** The command that the words begin with (one word or two), and what stands behind it. */
export async function findCommand(
  words: readonly string[],
): Promise<{ command: Command; rest: readonly string[] } | null> {
  for (const length of [2, 1]) {
    const entry = COMMANDS[words.slice(0, length).join(' ')];
    if (entry !== undefined && words.length >= length)
      return { command: await entry.load(), rest: words.slice(length) };
  }
  return null;
}
