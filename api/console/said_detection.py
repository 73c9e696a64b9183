"""What is wrong with a text of imported rules, marked for the catalogue; words stand at their `{place}`. [FW-3, AC-10]"""

from api.words import N_

SENTENCES = (
    N_("Rules have {most} KiB at most."),
    N_("The text is empty, or no text."),
    N_("This is no YAML: {why}."),
    N_("The text holds no rule."),
    N_("Not more than {most} documents are taken at once."),
    N_("A rule is a mapping of its fields."),
    N_("The text has too many values."),
    N_("Anchors and aliases are not taken in rules."),
    N_("The text is nested too deeply."),
    N_("A rule has {most} values at most."),
    N_("A value has {most} characters at most."),
    N_("A condition of this kind is not supported: {kind}."),
    N_("A value of this kind is not supported: {kind}."),
    N_("The field {field} is no number and cannot be compared."),
    N_("Two fields can only be compared for being equal, and only of the same kind."),
    N_("The field {field} is a number; this value is none."),
    N_("The field {field} has no such value here: {value}."),
    N_("Two rules of the text have the same id or the same name."),
    N_("Document {place} is no Sigma rule: {why}."),
    N_("A condition is too long, or nested too deeply."),
    N_("The correlation counts {rule}, which is not in this text."),
    N_("A correlation of correlations is not supported."),
    N_("The correlation counts no rule."),
    N_("No line of a firewall has these fields: {fields}."),
    N_(
        "The log source is not of firewalls: {told}. Known are the categories {categories}, and the products {products}."
    ),
    N_("The condition of {rule} cannot be read: {why}."),
    N_("Of correlations event_count and value_count are supported, not {kind}."),
    N_("A correlation counts at least so many (gte), or more than so many (gt)."),
    N_("A correlation spans seven days at most: so much is looked at at once."),
    N_("Aliases of a correlation are not supported."),
    N_("A value_count counts the values of one field."),
)
