import { type SignInErrorCode, signInErrorCodes } from '../oidc/sign-in-error.ts'

const sentences: Readonly<Record<SignInErrorCode, (provider: string) => string>> = {
  access_denied: (provider) => `${provider} says that you did not let it tell us who you are.`,
  provider_refused: (provider) =>
    `${provider} refused this sign-in. Begin it again; if it is refused again, tell whoever runs this dashboard.`,
  provider_unavailable: (provider) =>
    `${provider} does not answer as it should. Try again in a moment, or sign in another way.`,
  provider_mismatch: (provider) => `The answer is not from ${provider}, so nobody was signed in.`,
  sign_in_unknown: () =>
    'This sign-in was not begun in this browser, took longer than ten minutes, or is over already. Begin it again.',
  token_refused: (provider) =>
    `What ${provider} says of you does not hold here. Begin again; if that does not help, tell whoever runs this dashboard.`,
  email_unverified: (provider) =>
    `${provider} has not verified your e-mail address. Have it verified there, then sign in again.`,
  too_many_requests: () => 'Too many attempts. Try again in a few minutes.',
  api_unavailable: () => 'The API behind this dashboard does not answer. Try again in a moment.',
}

/** What an address says of a sign-in that came to nothing, in words of ours: anybody can write an address. */
export const failureIn = (
  error: unknown,
  provider: string,
): { readonly code: string; readonly says: string } | undefined => {
  const code = signInErrorCodes.find((one) => one === error)
  return code && { code, says: sentences[code](provider) }
}
