"""How Loper looks: tokens, layouts, template components, and the committed files of others under static/vendor."""
