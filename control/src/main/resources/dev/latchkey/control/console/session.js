// Where the admin token is: in memory; and, only if its holder asks for that, in this tab's own storage until the tab
// is closed.
const NAME = 'latchkey-token';

export const storedToken = () => sessionStorage.getItem(NAME) || '';

export function keepToken(token, acrossReloads) {
  if (acrossReloads) {
    sessionStorage.setItem(NAME, token);
  } else {
    forgetToken();
  }
}

export const forgetToken = () => sessionStorage.removeItem(NAME);
