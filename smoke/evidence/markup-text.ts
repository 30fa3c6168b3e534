const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

/** A text as it stands in HTML and XML. */
export const markupText = (plain: string): string =>
  plain.replace(/[&<>"]/g, character => entities[character] ?? '')
