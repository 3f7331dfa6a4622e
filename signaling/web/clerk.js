// signaling/web/clerk.js - the clerk's page: key, then the recordings.

import { BasePage, openPage } from './ui/base_page.js';
import { ClerkView } from './ui/clerk_view.js';
import { MessageView } from './ui/message_view.js';

class ClerkPage extends BasePage {
  /** @param {HTMLElement} root */
  constructor(root) {
    super(root, 'clerk.title');
  }

  /** @param {import('./core/types.js').Identity} identity */
  async enter({ role }) {
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

  forget() {
    history.replaceState(null, '', location.pathname);
    super.forget();
  }
}

openPage((root) => new ClerkPage(root));
