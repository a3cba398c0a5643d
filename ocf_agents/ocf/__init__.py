"""The OCF contract: parameters, actions, context, dispatch, exit codes, exit reason, log."""
