/** What people read about a setting, in the schema itself: in forms, in editors, in the manual. */

export type FormWords = {
  /** JSON Schema's own words are the English ones. */
  readonly title: string;
  readonly description: string;
  readonly fr: { readonly title: string; readonly description: string };
};

/** For `schema.meta(...)`: name and meaning, in English and in French. */
export function formWords(
  title: string, description: string, titleFr: string, descriptionFr: string,
): FormWords {
  return { title, description, fr: { title: titleFr, description: descriptionFr } };
}
