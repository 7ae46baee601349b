{#-
Events of one type that stand: repeated once, retracted never, under the surviving key, with the columns as
the winning correction has them. ``changes`` is a JSON object with the right values by field name: a field
that it names takes that value, also null; one that it does not name stays. A correction is left aside as a
whole when it names a field that the type has not, or gives a value that does not fit its column or that the
contract does not allow, or null to one of the ``required``. Only the person's own words correct or retract.
-#}
{% macro corrected_events(told, columns, required) -%}
with said as (
    select
        said.* exclude (patient_key),
        coalesce(surviving.surviving_key, said.patient_key) as patient_key
    from {{ source("lake", told) }} as said
    left join {{ ref("stg_patients__surviving") }} as surviving on said.patient_key = surviving.patient_key
    anti join {{ source("lake", "repeated") }} as repeated
        on said.kafka_partition = repeated.kafka_partition and said.kafka_offset = repeated.kafka_offset
    where {{ touched_only("said.patient_key") }}
),

standing as (
    select said.*, correction.changes, correction.misfits
    from said
    anti join {{ ref("stg_events__retracted") }} as retracted
        on said.event_id = retracted.event_id and said.patient_key = retracted.patient_key
    left join {{ ref("stg_events__corrected") }} as correction
        on said.event_id = correction.event_id and said.patient_key = correction.patient_key
),

fitting as (
    select
        *,
        case
            when changes is null or list_contains(misfits, '{{ told }}') then null
            when list_has_all(
                ['received_at', 'contract_version', '{{ columns | join("', '") }}'], json_keys(changes)
            )
            {%- for column in columns %}
            and ({{ is_named(column) }} is not true or {{ right_value(column) }} is not null)
            {%- endfor %}
            {%- for column in ["occurred_at"] + required %}
            and coalesce(json_type(changes, '$.{{ column }}') <> 'NULL', true)
            {%- endfor %}
            then changes
        end as fitting_changes
    from standing
)

select
    event_id, patient_key, source, received_at,
    {%- for column in columns %}
    case
        when fitting_changes is null or not json_exists(changes, '$.{{ column }}') then {{ column }}
        else {{ right_value(column) }}
    end as {{ column }}{{ "," if not loop.last }}
    {%- endfor %}
from fitting
{%- endmacro %}

{#- Whether the correction names the field with a value other than null. -#}
{% macro is_named(column) -%} (json_type(changes, '$.{{ column }}') <> 'NULL') {%- endmacro %}

{#- The value that the correction gives, or null where it is of another kind than the column. -#}
{% macro right_value(column) -%}
    {%- set type = correctable_types().get(column, "varchar") -%}
    {%- set whole = ["BIGINT", "UBIGINT"] -%}
    {%- set kinds = {"double": ["DOUBLE"] + whole, "integer": whole, "boolean": ["BOOLEAN"]} -%}
    {%- set kind = kinds.get(type, ["ARRAY"] if type.endswith("[]") else ["VARCHAR"]) -%}
    case when json_type(changes, '$.{{ column }}') in ('{{ kind | join("', '") }}') then
        {% if type == "varchar" -%} json_extract_string(changes, '$.{{ column }}')
        {%- else -%} try_cast(json_extract(changes, '$.{{ column }}') as {{ type }}) {%- endif %}
    end
{%- endmacro %}

{#- Types of the fields that are no text. -#}
{% macro correctable_types() -%}
    {{ return({
        "occurred_at": "timestamptz", "onset_on": "date",
        "techniques": "varchar[]", "muscle_groups": "varchar[]", "goals": "varchar[]",
        "tracks": "struct(muscle_group varchar, side varchar, stage varchar)[]",
        "attended": "boolean", "red_flag": "boolean", "inflammation": "boolean", "prior_surgery": "boolean",
        "comorbidity_count": "integer", "policy_version": "integer",
        "prescribed_reps": "integer", "completed_reps": "integer", "correct_reps": "integer",
        "sessions_per_week": "double", "minutes_per_session": "double", "duration_min": "double",
        "quality": "double", "pain": "double", "tenderness": "double", "effusion_grade": "double",
        "load_kg": "double", "range_deg": "double", "peak_speed_deg_s": "double", "peak_force_n": "double",
        "effort": "double", "value": "double",
    }) }}
{%- endmacro %}
