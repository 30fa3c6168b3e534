/** How what is kept of a phase is called: with a colon in it no artifact store of CI and no Windows would take it. */
export const fileNameOf = (phase: string): string => phase.replaceAll(':', '-')
