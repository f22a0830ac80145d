import { packArtefact, type TrainedHead } from '../../models/training/pack-artefact.js';
import { TOPIC_IDS } from '../../pipeline/core/taxonomy.js';

/** An artefact with four small tables that know nothing. */
export function createTinyArtefact(): ReturnType<typeof packArtefact> {
  const heads = (['en', 'zh'] as const).flatMap((language) =>
    (['sentiment', 'topic'] as const).map((task): TrainedHead => {
      const classes = task === 'sentiment' ? 3 : TOPIC_IDS.length;
      const weights = Float32Array.from({ length: classes << 8 }, (_, index) => Math.sin(index));
      return {
        task,
        language,
        temperature: { news: 1, post: 1 },
        head: { classes, bits: 8, weights, bias: new Float32Array(classes) },
      };
    }),
  );
  return packArtefact({ name: 'ngram', heads, seed: 1, sets: [], rows: [] });
}
