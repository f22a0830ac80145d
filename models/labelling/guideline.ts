/** Version of `models/training/labelling-guide.md`; it stands with every label. Raise it with any change of meaning there. */
export const GUIDELINE_VERSION = '1';
