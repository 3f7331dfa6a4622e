// signaling/web/clerk.js - the clerk's page: key, then the recordings.

import { Api, ApiError } from './core/api.js';
import { language, languageEvents, t } from './core/i18n.js';
import { recall, remember, takeKeyFromAddress } from './core/settings.js';
import { ClerkView } from './ui/clerk_view.js';
import { KeyView } from './ui/key_view.js';
import { MessageView } from './ui/message_view.js';

/** @typedef {{element: HTMLElement, focus(): void, destroy(): void}} View */

class ClerkPage {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.api = new Api({ language });
    /** @type {View|null} */
    this.view = null;
    const showTitle = () => { document.title = `${t('clerk.title')} – ${t('app.name')}`; };
    languageEvents.addEventListener('change', showTitle);
    showTitle();
    addEventListener('hashchange', () => {
      if (location.hash.includes('key=')) void this.start();
    });
  }

  /** @param {View} view */
  show(view) {
    this.view?.destroy();
    this.view = view;
    this.root.replaceChildren(view.element);
    view.focus();
  }

  async start() {
    const key = takeKeyFromAddress() ?? recall('key');
    if (key !== null) {
      await this.logIn(key).catch((error) => this.askForKey(error, key));
      return;
    }
    const known = await this.api.whoAmI().catch(() => null);
    if (known === null) this.askForKey();
    else this.enter(known.role);
  }

  /** @param {unknown} [error] @param {string} [key] */
  askForKey(error, key) {
    if (error instanceof ApiError && error.status === 401) remember('key', null);
    this.show(new KeyView({
      error,
      key,
      onKey: async (typed, isRemembered) => {
        await this.logIn(typed);
        if (isRemembered) remember('key', typed);
      },
    }));
  }

  /** @param {string} key @throws {ApiError} */
  async logIn(key) {
    this.enter((await this.api.login(key)).role);
  }

  /** @param {string} role */
  enter(role) {
    if (role === 'clerk') {
      this.show(new ClerkView({ api: this.api, onLeave: () => this.forget() }));
      return;
    }
    this.show(new MessageView({
      title: 'clerk.notClerk',
      text: 'clerk.notClerkText',
      buttons: [{ text: 'devices.otherKey', onclick: () => this.forget() }],
    }));
  }

  /** Logs out, here and at the bridge. */
  forget() {
    remember('key', null);
    this.api.logout().catch(() => {});
    this.api.key = null;
    history.replaceState(null, '', location.pathname);
    this.askForKey();
  }
}

const root = document.getElementById('app');
if (root !== null) {
  document.documentElement.lang = language();
  const page = new ClerkPage(root);
  void page.start();
  Object.assign(globalThis, { diemcau: page });
}
