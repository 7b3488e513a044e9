{{%AUTOESCAPE context="HTML"}}<ol class="spans">{{#ROW}}{{#ONE}}<li>{{>SPAN_ROW}}</li>{{/ONE}}{{#DEEP}}<li class="deep"><details><summary>{{COUNT}}</summary><ol>{{#INNER}}<li>{{>SPAN_ROW}}</li>{{/INNER}}</ol></details></li>{{/DEEP}}{{/ROW}}</ol>
<p class="minor">{{TOTAL}} from the first to the last.{{#HIDDEN}} Shown are the first {{SHOWN}} of {{ALL}}.{{/HIDDEN}}</p>
