"""Forms in our dress: `{{ form }}` and `{{ field.as_field_group }}` render the components of ui/templates/ui."""

from django.forms.renderers import TemplatesSetting


class Renderer(TemplatesSetting):
    form_template_name = "ui/form.html"
    field_template_name = "ui/field.html"
