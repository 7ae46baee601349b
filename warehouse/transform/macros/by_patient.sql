{#-
What makes a build incremental. A build concerns the touched people alone (lake.touched): staging reads only
their events, so that staging and intermediate models hold only theirs. A model that begins with
incremental_by_patient() holds everybody: the touched people's rows go and what the model gives comes. It may
therefore depend on nothing but a person's own rows and what comes with the code.
-#}
{% macro incremental_by_patient() -%} {{ config(materialized="by_patient") }} {%- endmacro %}

{#- A condition that holds for the people whom this build concerns; in a full build for everybody. -#}
{% macro touched_only(column="patient_key") -%}
    {% if flags.FULL_REFRESH -%} true
    {%- else -%} {{ column }} in (select patient_key from {{ of_lake("touched") }})
    {%- endif %}
{%- endmacro %}

{% materialization by_patient, adapter="duckdb" %}
    {%- set existing = load_cached_relation(this) -%}
    {%- set target_relation = this.incorporate(type="table") -%}
    {%- if existing is none or flags.FULL_REFRESH -%}
        {%- do made_anew(target_relation, existing, sql) -%}
    {%- else -%}
        {{ run_hooks(pre_hooks) }}
        {%- do replaced_for_the_touched(target_relation, sql) -%}
    {%- endif -%}
    {{ return({"relations": [target_relation]}) }}
{% endmaterialization %}

{% macro replaced_for_the_touched(relation, sql) %}
    {%- call statement("forget") -%}
        delete from {{ relation }} where {{ touched_only() }}
    {%- endcall -%}
    {%- call statement("main") -%}
        insert into {{ relation }} by name {{ sql }}
    {%- endcall -%}
    {%- do adapter.commit() -%}
{% endmacro %}

{#- A table in one statement, in place of build, rename and drop: nobody reads these files meanwhile. -#}
{% materialization table, adapter="duckdb", supported_languages=["sql", "python"] %}
    {%- set target_relation = this.incorporate(type="table") -%}
    {%- do forget_relation(load_cached_relation(this)) -%}
    {%- call statement("main", language=model["language"]) -%}
        {{- create_table_as(False, target_relation, compiled_code, model["language"]) -}}
    {%- endcall -%}
    {%- do adapter.commit() -%}
    {{ return({"relations": [target_relation]}) }}
{% endmaterialization %}

{% macro made_anew(relation, existing, compiled) %}
    {%- do forget_relation(existing) -%}
    {%- call statement("main") -%} {{- create_table_as(False, relation, compiled) -}} {%- endcall -%}
    {%- do adapter.commit() -%}
{% endmacro %}

{% macro forget_relation(existing) %}
    {%- if existing is not none -%}
        {%- call statement("forget") -%} drop {{ existing.type }} if exists {{ existing }} {%- endcall -%}
        {#- Python models write on a cursor of their own, which must not find the drop under way. -#}
        {%- do adapter.commit() -%}
    {%- endif -%}
{% endmacro %}
