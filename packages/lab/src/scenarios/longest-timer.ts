/** ms; a longer timer of Node fires at once. */
export const longestTimer = 2_147_483_647;
